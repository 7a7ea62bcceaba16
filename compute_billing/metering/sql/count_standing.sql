SELECT count(*) AS standing FROM usage_candidate WHERE verdict = ''
