"""The whole of it: pushes, workflows under act, the VM's scripts, the app."""
