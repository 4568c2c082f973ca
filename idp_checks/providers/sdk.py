"""The names that a provider file needs, from one module.

A provider file imports from here, from ``msgspec`` and from the standard library; a variant also imports the provider
that it is a variant of. CONTRIBUTING.md explains how to add a provider.
"""

from __future__ import annotations

from idp_checks.errors import ProfileError
from idp_checks.profiles.jsontext import parse_json
from idp_checks.profiles.openid import OpenIdClaims
from idp_checks.profiles.profile import Claims, is_email, is_web_url
from idp_checks.profiles.shape import (
    Email,
    Flag,
    Id,
    Json,
    Name,
    NumberId,
    Path,
    Shape,
    String,
    StringFlag,
    Url,
    Username,
    bool_or_none,
    first_nonblank,
    pick_email,
    string_flag,
)
from idp_checks.providers._graph import GRAPH_PROBE
from idp_checks.providers._pictures import Picture, largest_picture
from idp_checks.providers._saml import SAML_NAME_ID, SamlAssertion, SamlIds, first_email, single_value
from idp_checks.providers._tokenless import tokenless_provider
from idp_checks.providers.model import (
    AdditionalCall,
    LibraryFacts,
    ProfileFacts,
    Provider,
    Scopes,
    SimulationFacts,
    TokenFacts,
)
from idp_checks.providers.operations import (
    CredentialUrlTemplate,
    Operation,
    renew_by_refresh_token,
    revoke_by_request,
    revoke_in_settings,
)
from idp_checks.secret import Secret
from idp_checks.tokens.client_auth import CLIENT_AUTH_METHODS
from idp_checks.tokens.discovery import DiscoveredEndpoint
from idp_checks.tokens.endpoint import HttpEndpoint, Steps
from idp_checks.tokens.jws import read_claims, read_header
from idp_checks.tokens.probes import UserInfoResponse, profile_probe, userinfo_endpoint
from idp_checks.tokens.question import Question
from idp_checks.tokens.reading import Reading, Reason
from idp_checks.tokens.refusal import Refusal
from idp_checks.tokens.response_model import (
    Epoch,
    EpochOrString,
    IsoTime,
    NumberOrString,
    ResponseModel,
    Seconds,
    expiry_after,
    parse_epoch,
    parse_iso,
    split_scopes,
)
from idp_checks.tokens.rfc7662 import (
    INACTIVE,
    INVALID_CLIENT,
    INVALID_CLIENT_400,
    IntrospectionResponse,
    introspection_endpoint,
)
from idp_checks.tokens.signed import ID_TOKEN_CREDENTIALS, SignedToken, TokenRules
from idp_checks.tokens.template import (
    RequestTemplate,
    by_bearer,
    by_form,
    by_header,
    by_json,
    by_oauth1,
    by_path,
    by_query,
    fill_url,
)
from idp_checks.tokens.wire import Request, Response, Unreachable

__all__ = [
    "CLIENT_AUTH_METHODS",
    "GRAPH_PROBE",
    "ID_TOKEN_CREDENTIALS",
    "INACTIVE",
    "INVALID_CLIENT",
    "INVALID_CLIENT_400",
    "SAML_NAME_ID",
    "AdditionalCall",
    "Claims",
    "CredentialUrlTemplate",
    "DiscoveredEndpoint",
    "Email",
    "Epoch",
    "EpochOrString",
    "Flag",
    "HttpEndpoint",
    "Id",
    "IntrospectionResponse",
    "IsoTime",
    "Json",
    "LibraryFacts",
    "Name",
    "NumberId",
    "NumberOrString",
    "OpenIdClaims",
    "Operation",
    "Path",
    "Picture",
    "ProfileError",
    "ProfileFacts",
    "Provider",
    "Question",
    "Reading",
    "Reason",
    "Refusal",
    "Request",
    "RequestTemplate",
    "Response",
    "ResponseModel",
    "SamlAssertion",
    "SamlIds",
    "Scopes",
    "Seconds",
    "Secret",
    "Shape",
    "SignedToken",
    "SimulationFacts",
    "Steps",
    "String",
    "StringFlag",
    "TokenFacts",
    "TokenRules",
    "Unreachable",
    "Url",
    "UserInfoResponse",
    "Username",
    "bool_or_none",
    "by_bearer",
    "by_form",
    "by_header",
    "by_json",
    "by_oauth1",
    "by_path",
    "by_query",
    "expiry_after",
    "fill_url",
    "first_email",
    "first_nonblank",
    "introspection_endpoint",
    "is_email",
    "is_web_url",
    "largest_picture",
    "parse_epoch",
    "parse_iso",
    "parse_json",
    "pick_email",
    "profile_probe",
    "read_claims",
    "read_header",
    "renew_by_refresh_token",
    "revoke_by_request",
    "revoke_in_settings",
    "single_value",
    "split_scopes",
    "string_flag",
    "tokenless_provider",
    "userinfo_endpoint",
]
