"""Routes to Services, told to routers by BGP: see README.md."""
