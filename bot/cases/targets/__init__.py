"""Where the outbox delivers to: e-mail and text, webhooks, Open311. model.py in the outbox says what a target must do."""
