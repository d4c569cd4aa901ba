"""Facts: what departments tell of households, disabilities, incomes and handbooks."""
