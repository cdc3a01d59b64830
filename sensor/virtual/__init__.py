"""A runner with known truth, and sensors made of software on a simulated radio."""
