"""One small file a command: parse, call, print, exit code. Heavy imports happen inside the command."""
