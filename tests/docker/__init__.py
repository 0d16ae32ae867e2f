"""What needs the real engine: images, HAProxy, production's worst days."""
