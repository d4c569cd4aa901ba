"""The codes that refusals of feeds carry, and those of the rows and files that are read for them."""

from typing import Final

from kernel.http import ErrorCode

#: Of feeds, and of the files that intake reads for them and for payment lists.
CODES: Final = (
    ErrorCode("FEED_BATCH_UNKNOWN", 404, "No such batch of this department"),
    ErrorCode("FEED_BATCH_REUSED", 409, "The number was used for another file"),
    ErrorCode("FEED_BATCH_NOT_IN_STATE", 409, "The batch is in another state"),
    ErrorCode("FEED_FILE_GONE", 404, "The batch's file is not kept any more"),
    ErrorCode("FEED_DIGEST_DIFFERS", 422, "The file is not the one whose digest was told"),
    ErrorCode("SENDER_KEY_KNOWN", 409, "The key was registered before"),
    ErrorCode("SENDER_KEY_MALFORMED", 422, "The text is no public key"),
    ErrorCode("SENDER_KEY_SAME_PERSON", 403, "Who registered a key does not confirm it"),
    ErrorCode("SENDER_KEY_UNKNOWN", 404, "No such key of this department"),
    ErrorCode("SIGNATURE_WRONG", 403, "No key that stands has signed the request"),
    ErrorCode("SIGNATURE_STALE", 403, "The request was signed too long ago, or in the future"),
    ErrorCode("SIGNATURE_REPLAYED", 403, "The signature was used before"),
    ErrorCode("FEED_SAME_PERSON", 403, "The sender cannot release the own batch"),
    ErrorCode("FEED_WORDS_WRONG", 422, "A heading or word of the office leads to nothing that is known"),
    ErrorCode("FEED_DESCRIPTION_WRONG", 422, "The file is described wrongly"),
    ErrorCode("FEED_FILE_TOO_LARGE", 422, "The file is larger than a file may be"),
    ErrorCode("ID_NUMBER_NONE", 422, "The row has no ID number"),
    ErrorCode("ID_NUMBER_ROUNDED", 422, "The ID number was kept as a number, which loses its last digits"),
    ErrorCode("ID_NUMBER_OTHER_PAPER", 422, "The number is a travel permit's or a passport's"),
    ErrorCode("CELL_ROUNDED", 422, "A number of more than 15 digits was kept as a number and lost its last ones"),
    ErrorCode("NAME_IMPLAUSIBLE", 422, "What stands in the place of the name is none"),
    ErrorCode("COUNTY_UNKNOWN", 422, "There is no such county, or there are several of this name"),
    ErrorCode("GROUP_DISAGREES", 422, "The row is of two groups, or of another one than its list"),
    ErrorCode("DIED_ON_MISSING", 422, "The row says that the person is dead, and not since when"),
    ErrorCode("VALID_TO_MISSING", 422, "The row says that the person is off the list, and not since when"),
    ErrorCode("ROW_QUOTE_STRAY", 422, "There is a quotation mark where none belongs"),
    ErrorCode("SEX_UNKNOWN", 422, "The row's sex is not one of the two"),
    ErrorCode("COUNTY_MALFORMED", 422, "The row's county is not a division code"),
    ErrorCode("TEXT_TOO_LONG", 422, "A text of the row is too long"),
    ErrorCode("CELL_MISSING", 422, "A cell that the row needs is empty"),
    ErrorCode("CATEGORY_FOREIGN", 422, "The row's category is not the list's"),
    ErrorCode("DATE_MALFORMED", 422, "A cell is not a day"),
    ErrorCode("NAME_UNKNOWN", 422, "A cell holds none of the known names"),
    ErrorCode("ROW_APPROVAL_MISSING", 422, "Three people handle what is said of people of the row's county"),
    ErrorCode("ROW_DIVISION_FOREIGN", 422, "The sender does not work for the person's county"),
    ErrorCode("ROW_CELL_COUNT", 422, "The row has more or fewer cells than there are columns"),
    ErrorCode("ROW_FORMULA", 422, "A cell is a formula"),
    ErrorCode("ROW_UNPRINTABLE", 422, "A cell holds control characters"),
    ErrorCode("ROW_MALFORMED", 422, "The line is not one JSON object of texts"),
    ErrorCode("ROW_NAME_DIFFERS", 422, "The ID number is registered under another name"),
)
