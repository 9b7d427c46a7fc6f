"""Jimeng (即梦) by Volcengine: signing, the wire, the client."""
