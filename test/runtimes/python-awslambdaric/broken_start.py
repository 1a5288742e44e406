raise ValueError("no configuration: naïve")
