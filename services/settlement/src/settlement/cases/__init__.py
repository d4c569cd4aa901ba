"""Cases: bills handed in on paper at the agency or a township, and paid back to the patient."""
