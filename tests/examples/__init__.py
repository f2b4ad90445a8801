"""The programs in `examples`, run against the emulator."""
