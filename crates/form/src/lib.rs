//! What is asked: XLSForms, expressions, the questions of one form.
