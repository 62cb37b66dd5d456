"""The minutes of the jury (procès-verbal): their facts, their words, their paper, and the copy that was signed."""
