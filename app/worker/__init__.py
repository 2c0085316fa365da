"""What happens after the answer: alarms, messages to other systems, the sealing of the log."""
