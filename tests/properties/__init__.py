"""What holds whatever the cluster says; asked by hypothesis."""
