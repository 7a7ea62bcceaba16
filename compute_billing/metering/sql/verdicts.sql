SELECT position, verdict FROM usage_candidate WHERE verdict <> ''
