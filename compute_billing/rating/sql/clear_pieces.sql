DELETE FROM rating_piece
