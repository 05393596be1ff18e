"""The parts of the fuzzer: sound inputs, ways to break them, runs, what must hold, and the watchdog over it all. Start at `tools/fuzz.py`."""
