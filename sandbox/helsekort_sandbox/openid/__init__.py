"""What the mock issuers have in common: an OpenID provider as FAPI 2.0 has it, with logins that anybody may choose."""
