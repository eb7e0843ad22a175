"""The second witness of layer 4: real packets through a real kernel."""
