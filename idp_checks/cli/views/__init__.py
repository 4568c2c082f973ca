"""Terminal output, one module per subject: tables and pages, in color only on a terminal."""
