INSERT INTO rating_piece
{pieces}
