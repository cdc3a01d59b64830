"""One file per stage of the analysis, one public function each."""
