"""Behind `medcorpus.fetch`: where raw files lie, how they are downloaded, checked and unpacked."""
