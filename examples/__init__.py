"""Programs to read, to run and to copy from. Each stands alone; the tests run all of them."""
