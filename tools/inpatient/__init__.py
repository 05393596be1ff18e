"""Generated hospital stays, judged by cleanclaim and by another Medicare Code Editor."""
