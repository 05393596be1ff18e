"""The parts of the fuzzer: valid inputs, ways to break them, runs, checks and the watchdog. Start at `tools/fuzz.py`."""
