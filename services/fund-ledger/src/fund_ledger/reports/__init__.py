"""Reports: the books as the papers that offices sign, as JSON and as workbooks."""
