"""The page: HTTP on loopback, HTML, one stylesheet and one script. The only place that knows Starlette."""
