"""A stand-in for Microsoft Entra ID: its token endpoint, answered over HTTPS on the loopback.

    from authority.authority import Authority
    from authority import contoso, faults

    with Authority(tls_context) as authority:
        ...                                     # programs are pointed at authority.url
        authority.faults.inject(faults.empty_body(), times=1)
        assert len(authority.token_requests) == 1

It stands on Authlib: a further grant is a further class in `grants`, a further way for a client to
prove itself a further function in `credentials`.
"""
