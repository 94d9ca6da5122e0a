"""The chapters of the script: each is a module with its verbs beside a TOML file with its stories."""
