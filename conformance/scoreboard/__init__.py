"""Several targets over several contracts: the file that names them, how each is installed, and the runs of a board."""
