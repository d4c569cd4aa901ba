"""What the doctor looks at: one thing a file, each with a ``CHECK``; ``onestop.doctor.register`` lists them."""
