"""The engine's way back into the gateway: custom actions, on an internal port."""
