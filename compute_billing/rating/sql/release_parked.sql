UPDATE metering_usage_pending SET parked_reason = '' WHERE parked_reason = ANY(%(reasons)s)
