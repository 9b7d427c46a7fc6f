"""What an article is delivered with: file names, the manifest, Markdown lines, the contact sheet."""
