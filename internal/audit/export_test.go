package audit

// VerifyBy is Verify with a number of workers and entries to a chunk.
var VerifyBy = verify
