# What the appliance and the stand-in for the official Node image have; npm's is the one that comes with this Node.
NODE_VERSION=24.21.0
NPM_VERSION=11.21.2
