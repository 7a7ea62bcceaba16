DELETE FROM rating_segment
