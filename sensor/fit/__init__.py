"""FIT, the file format of watches, sans-IO: values to bytes, and a file taken apart into its records."""
