"""The words of the API: resources, objects, lists and watches, leases, events."""
