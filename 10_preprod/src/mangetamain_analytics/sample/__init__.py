"""The recipes and ratings that ship with the app, and the script that makes them."""
