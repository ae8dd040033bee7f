# SPDX-License-Identifier: MIT
"""A stand-in for Microsoft Entra ID: its endpoints and its sign-in pages, over HTTPS on the
loopback.

    from authority.authority import Authority
    from authority import contoso, faults

    with Authority(tls_context) as authority:
        ...                                     # programs are pointed at authority.url
        authority.faults.inject(faults.empty_body(), times=1)
        assert len(authority.token_requests) == 1

People sign in at its pages (`pages`), by hand or by a `visitor.Visitor`.

It stands on Authlib: a further grant is a further class in `grants`, a further way for a client to
prove itself a further function in `credentials`.
"""
