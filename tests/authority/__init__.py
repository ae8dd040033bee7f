# SPDX-License-Identifier: MIT
"""A stand-in for Microsoft Entra ID: its endpoints and its sign-in pages, over HTTPS on the
loopback.

    from authority.authority import Authority
    from authority import contoso, faults

    with Authority(tls_context) as authority:
        ...                                     # programs use authority.url
        authority.faults.inject(faults.empty_body(), times=1)
        assert len(authority.token_requests) == 1

Users sign in on its pages (`pages`), by hand or with a `visitor.Visitor`.

It is built on Authlib: to add a grant, add a class to `grants`; to add a client authentication
method, add a function to `credentials`.
"""
