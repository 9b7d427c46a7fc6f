"""Those who make pictures for money, and the one who plays them. The only package that speaks HTTP."""
