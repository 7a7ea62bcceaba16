SELECT DISTINCT month, price_id FROM rating_piece
