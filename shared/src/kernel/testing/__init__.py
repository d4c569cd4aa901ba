"""What tests of several services share: a sample service, conditions with a deadline, brokers."""
