"""The rehearsal's local AWS: the emulator `ministack`, made as strict as CloudFormation, with real stores behind it."""
