"""What is hidden before it is stored, and what is taken out before texts are used for training and reports."""
