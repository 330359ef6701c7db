"""Facts that are words: persistence, login, real time, compliance, data classes, architecture, scale, region."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from backend_architect.expressions import expression
from backend_architect.ingest.passage import Passage
from backend_architect.profile import Fact, FactName


class Rule(NamedTuple):
    """A pattern and what its match says."""

    name: FactName
    value: str
    hints: tuple[str, ...]
    """Lower-case strings of which one must occur before the pattern is tried."""
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None = None
    """Words in the same passage that take the meaning away."""
    general: bool = False
    """Whether it counts only when said of the whole, not of one endpoint."""


def _rule(name: FactName, value: str, hints: str, pattern: str, *, unless: str = "", general: bool = False, exact: bool = False) -> Rule:
    flags = re.RegexFlag(0) if exact else re.IGNORECASE
    return Rule(name, value, tuple(hints.split("|")), expression(pattern, flags), expression(unless, re.IGNORECASE) if unless else None, general)


_NOT = r"(?:no|not|never|without|n['’]t|out of scope)\b[^.,;]{0,25}"

RULES: tuple[Rule, ...] = (
    # --- persistence ---
    _rule(
        "persistence",
        "none",
        "persist|database|db|存储|banco|base de",
        r"\bno (?:data )?persist[ea]nce\b|\bwithout (?:any )?(?:data )?persist[ea]nce\b|\bno persistent (?:storage|data|state)\b|\b(?:data|nothing"
        r"|state) (?:need|does|do|is|must|should|will)(?:s)? ?n[o']t (?:need to |have to )?be (?:persisted|saved|stored)\b|\bnothing (?:is"
        r"|needs to be|has to be) (?:stored|saved|persisted)\b"
        r"|\b(?:no|without (?:a|any)) (?:database|db)\b(?!\s+(?:with|of|for|about|access|calls?|queries|changes|migrations?|administrat|admin|team|expert))"
        r"|\b(?:do not|don['’]t|must not|may not) (?:use|need|require) (?:a |any )?(?:database|db|persist[ea]nce)\b"
        r"|\bpersist[ea]nce is not (?:needed|required)\b"
        r"|\bsem (?:banco de dados|persistência)\b|\bsin (?:base de datos|persistencia)\b|\bohne datenbank\b|\bsans base de données\b|不需要(?:数据库|持久化)"
        r"|无需(?:数据库|持久化)",
        unless=r"\bno database (?:schema )?change",
    ),
    _rule(
        "persistence",
        "memory",
        "memory|memória|memoria|内存",
        r"\b(?:all|everything|data|state|process|kept|keep|stored?|held|hold|live[s]?|run(?:s)?)\b[^.;]{0,30}\b(?:in"
        r"|inside)[ -](?:the )?memory\b(?!\s+(?:cache|grid))|\bin-memory (?:store|storage|only|database|data|state|solution|implementation)\b"
        r"|\b(?:em|en) memória\b|\ben memoria\b",
        unless=r"\bcach|\bindex|\bsequential",
    ),
    _rule(
        "persistence",
        "browser",
        "localstorage|local storage|indexeddb|browser storage|sessionstorage",
        r"\blocal ?storage\b|\bindexeddb\b|\bbrowser(?:'s)? storage\b|\bsession ?storage\b",
        unless=_NOT + r"(?:local ?storage|indexeddb|session ?storage)",
    ),
    _rule(
        "persistence",
        "database",
        "database|db|relational data|datenbank|banco de dados|base de datos|数据库",
        r"\b(?:stor(?:e|es|ed|ing)|sav(?:e|es|ed|ing)|persist(?:s|ed)?|writ(?:e|ten)|record(?:ed|s)?|kept|keep|insert(?:ed)?"
        r"|held)\b[^.;]{0,40}\b(?:in|to|into) (?:an? |the |our |its )?(?:\w+ ){0,2}(?:database|db)\b|\bneeds? (?:for )?relational data\b"
        r"|\bneed for relational data\b|\b(?:armazen|salv|grav|guard)\w+[^.;]{0,30}\b(?:banco de dados|base de datos)\b"
        r"|(?:存储|保存|写入)[^，。；]{0,12}数据库",
        unless=r"\b(?:no|without (?:a|any)) (?:database|db)\b|\bmight\b|\bcould\b|\bconsider",
    ),
    # --- backend ---
    _rule(
        "backend",
        "none",
        "backend|back-end|client-side|client side|server|static|browser",
        r"\b(?:no|without (?:a|any)) (?:backend|back-end|server)\b(?!\s*(?:changes?|errors?|side|calls?|restart|downtime|code))|\b(?:frontend"
        r"|front-end|client[- ]side|browser)[- ]only\b|\b(?:runs?|entirely|purely|completely) (?:entirely |purely |completely )?(?:in the browser"
        r"|client[- ]side)\b|\bstatic (?:web)?site\b|\bsem backend\b|\bsin backend\b",
    ),
    _rule(
        "backend",
        "cli",
        "cli|command",
        r"\b(?:be|is|as|build|builds|write|create|implement|develop|just|simple|small|a|the) (?:a |an |the )?(?:simple |small |single )?(?:cli"
        r"|command[- ]line) (?:application|app|tool|program|utility)\b",
        unless=r"\binstall\w* (?:the|a) \w*\s*cli\b",
    ),
    _rule(
        "backend",
        "server",
        "api|backend|back-end|server|endpoint|web service",
        r"\b(?:expos|provid(?:e|es|ing)\b|build|creat|implement|develop|need|offer|design|publish|writ|deliver|requir|has|have"
        r"|is)\w*\b[^.;]{0,40}\b(?:rest(?:ful)?|http|json|graphql|web|backend|back-end|grpc)[ -]?(?:apis?|services?|endpoints?|backend)\b|\b(?:a"
        r"|an) rest(?:ful)? apis?\b|\b(?:build|design|develop|implement|create)\w* (?:a|an|the) (?:\w+ )?(?:backend|api|web service)\b"
        r"|\bdesenvolver um backend\b|\bdesarrollar un backend\b",
        unless=r"\b(?:either|frontend or backend)\b|\bno backend\b|\bexperience\b|\bprovider\b",
    ),
    # --- authentication ---
    _rule(
        "authentication",
        "none",
        "login|log in|log-in|sign|auth|anonym|匿名|登录|registro|anônim|anónim|anmeld|compte",
        r"\b(?:no|without(?: any| a)?) (?:user )?(?:log-?ins?|logging in|sign-?(?:in|up)s?|authentication|auth|user accounts?|registration)\b"
        r"|\b(?:login|authentication|registration|sign-?up) (?:is )?(?:not|n['’]t) (?:needed|required|necessary)\b|\b(?:do(?:es)? not|don['’]t"
        r"|doesn['’]t) (?:need|require|have) (?:to )?(?:log ?in|login|authentication|auth|an account|accounts|sign ?(?:in|up))\b"
        r"|\busers are anonymous\b|\banonymous users only\b|\ball users are anonymous\b"
        r"|\bsem (?:login|autenticação|cadastro)\b|\bsin (?:login|autenticación|registro)\b|\bohne (?:login|anmeldung)\b|\bsans (?:connexion"
        r"|authentification|compte)\b|用户\s*是匿名的|无需登录|不需要(?:登录|注册)|免登录",
        general=True,
    ),
    _rule(
        "authentication",
        "required",
        "login|log in|logged|sign|authenticat|登录|autentica",
        r"\b(?:users?|customers?|members?|coordinators?|admin(?:istrator)?s?|staff|employees|everyone|everybody|they|people"
        r"|\w+s)\b[^.;]{0,25}\b(?:must|need to|needs to|has to|have to|should|shall|can|are required to) (?:first )?(?:log[- ]?in|sign[- ]?in"
        r"|be (?:logged in|signed in|authenticated)|authenticate|login)\b|\b(?:login|log-in|sign-?in|authentication) (?:is )?(?:required|mandatory)\b"
        r"|\brequires? (?:a |user )?(?:login|log-in|sign-?in|authentication)\b|\bonly (?:authenticated|logged[- ]in|signed[- ]in|registered) users\b"
        r"|\b(?:authenticated|logged[- ]in) users (?:only|can|may)\b|\b(?:users?|customers?|members?|they|guests?) (?:log|sign) in (?:with|using|via"
        r"|through|by)\b|\blogin (?:erforderlich|obrigatório|obligatorio)\b|必须登录|需要登录",
        unless=r"\b(?:no|not|without|n['’]t|nor)\b[^.;]{0,20}\b(?:log[- ]?in|login|sign[- ]?in|authenticat)",
        general=True,
    ),
    _rule("authentication", "OAuth 2", "oauth", r"\boauth(?: ?2(?:\.0)?)?\b", unless=_NOT + r"oauth"),
    _rule("authentication", "OpenID Connect", "openid|oidc", r"\bopenid connect\b|\boidc\b", unless=_NOT + r"(?:openid|oidc)"),
    _rule("authentication", "SAML", "saml", r"\bsaml\b", unless=_NOT + r"saml"),
    _rule("authentication", "SSO", "sso|single sign", r"\bsso\b|\bsingle sign[- ]?on\b", unless=_NOT + r"(?:sso|single sign)"),
    _rule("authentication", "JWT", "jwt|json web token", r"\bjwts?\b|\bjson web tokens?\b", unless=_NOT + r"(?:jwt|json web)"),
    _rule("authentication", "token", "authorization:", r"\bauthorization: (?:token|bearer)\b"),
    _rule("authentication", "API key", "api key|api-key|x-api-key", r"\bapi[- ]keys?\b", unless=_NOT + r"api[- ]key|\bthird[- ]party\b|\bstripe\b|\bopenai\b"),
    _rule("authentication", "magic link", "magic link", r"\bmagic links?\b"),
    _rule("authentication", "passkeys", "passkey|webauthn", r"\bpasskeys?\b|\bwebauthn\b"),
    _rule(
        "authentication",
        "MFA",
        "mfa|2fa|two-factor|two factor|multi-factor|multifactor",
        r"\b(?:mfa|2fa|two[- ]factor|multi-?factor)\b",
        unless=_NOT + r"(?:mfa|2fa|two-factor)",
    ),
    _rule("authentication", "LDAP", "ldap|active directory", r"\bldap\b|\bactive directory\b"),
    # --- real time, offline ---
    _rule("real-time", "WebSocket", "websocket|web socket", r"\bweb ?sockets?\b", unless=_NOT + r"web ?socket"),
    _rule("real-time", "SSE", "server-sent|sse|eventsource", r"\bserver[- ]sent events?\b|\bSSE\b|\beventsource\b"),
    _rule(
        "real-time",
        "none",
        "real-time|real time|realtime|实时",
        r"\bno need for (?:real[- ]?time|live updates)|(?<!that )(?<!which )\b(?:does|do|need|must|is|are|will)(?:(?: not|n['’]t)(?: (?:need|have"
        r"|required?) to| needed)?)(?: be)?(?: in)? (?:real[- ]?time|live)\b|\bwithout (?:real[- ]?time|live updates)\b"
        r"|\breal[- ]?time\b[^.;]{0,25}\b(?:is|are)(?: not|n['’]t) (?:needed|required|necessary)\b|不用实时|不需要实时|非实时|实时分析不是必须",
    ),
    _rule(
        "real-time",
        "required",
        "real-time|real time|realtime|live|instant|实时|tempo real|tiempo real|temps réel|echtzeit",
        r"\breal[- ]?time\b|\blive (?:updates?|feed|score\w*|notifications?|location|cursors?|view)\b|\bpushed? (?:instantly|immediately) to\b"
        r"|(?<!不用)(?<!需要)实时(?!分析)|\b(?:em )?tempo real\b|\ben tiempo real\b|\ben temps réel\b|\bin echtzeit\b",
        unless=r"\b(?:not|n['’]t|no need)\b[^.;]{0,30}\breal[- ]?time\b|不用实时|实时分析不是",
    ),
    _rule(
        "offline",
        "required",
        "offline|离线|internet|pwa|hors ligne|sem conexão|sin conexión",
        r"\boffline[- ](?:first|mode|support|use|usage|access|capab\w+|sync\w*)\b|\b(?:works?|working|usable|available|use[ds]?|functions?"
        r"|operate[s]?|runs?|editable|read) (?:the app |fully |also |even )?offline\b|\b(?:while|when) offline\b|\bwithout (?:an? "
        r"|any )?internet(?: connection| access)?\b|\bprogressive web app\b|离线(?:使用|模式|可用)|\bhors ligne\b|\bsem conexão\b|\bsin conexión\b",
        unless=r"\bmaintenance\b|\bno (?:need for )?offline\b|\bnot (?:need to )?(?:work|support)\b[^.;]{0,12}offline|\binstall|\bair-?gapped"
        r"|\b(?:we|service|server|system|queue)(?:['’]re| is| are)? offline\b|\bif (?:it|the \w+) (?:is|goes) offline\b",
    ),
    # --- architecture ---
    _rule(
        "architecture",
        "microservices",
        "microservice|micro-service|微服务",
        r"\b(?:us(?:e|es|ing)|adopt|follow|build|built|must|should|based on|split into|as|implement|migrate to|with|of|in|into|require[sd]?|is"
        r"|be)\b[^.;]{0,30}\bmicro-?services?\b|\bmicro-?services? (?:architecture|based|style|backend)\b|\bmicro-?service-based\b|(?:采用|使用|基于)微服务"
        r"|\barquitetura de microsserviços\b|\barquitectura de microservicios\b",
        unless=r"\b(?:no|not|avoid|without|n['’]t|instead of|rather than|unless|never)\b[^.;]{0,40}\bmicro-?service|\bdiscuss\b",
    ),
    _rule(
        "architecture",
        "monolith",
        "monolith",
        r"\b(?:modular )?monolith(?:ic)?\b",
        unless=r"\b(?:no|not|avoid|without|n['’]t|instead of|rather than|legacy|existing|current|split|break\w*|decompos\w*|migrat\w+ from"
        r"|away from)\b[^.;]{0,40}\bmonolith",
    ),
    _rule(
        "architecture",
        "serverless",
        "serverless",
        r"\b(?:us(?:e|es|ing)|must|should|be|is|go|fully|as|on|run|with|deploy\w*)\b[^.;]{0,30}\bserverless\b|\bserverless (?:architecture|backend"
        r"|functions?)\b",
        unless=r"\b(?:no|not|avoid|without|n['’]t|instead of|rather than)\b[^.;]{0,30}\bserverless",
    ),
    _rule(
        "architecture",
        "event-driven",
        "event-driven|event driven|event sourc",
        r"\bevent[- ]driven\b|\bevent[- ]sourc(?:ed|ing)\b",
        unless=r"\b(?:no|not|avoid|without|n['’]t|instead of)\b[^.;]{0,30}\bevent[- ](?:driven|sourc)",
    ),
    _rule(
        "architecture",
        "existing",
        "existing|legacy|current|brownfield|现有",
        r"\b(?:our|the|their|an|your|its) (?:existing|legacy|current) (?:\w+ ){0,2}(?:systems?|application|apps?|api|platform|code ?base|backend"
        r"|back-end|database|infrastructure|architecture|process|monolith|workflow|product|service)\b|\blegacy (?:\w+ ){0,1}(?:systems?|application"
        r"|database|platform|mainframe|code ?base)\b|\bcurrently,? (?:we|they|our|the (?:system|application|app))\b[^.;]{0,40}\b(?:have|has|run|runs"
        r"|use|uses|configured|batch|send|store|process)\b|\bbrownfield\b|现有系统",
        unless=r"\bno (?:existing|legacy)\b",
    ),
    # --- scale ---
    _rule(
        "scale",
        "prototype",
        "prototype|poc|proof|mvp|minimum viable|hackathon|take-home|take home|protótipo|prototipo|原型|概念验证",
        r"\bprototypes?\b|\bpoc\b|\bproof[- ]of[- ]concepts?\b|\bMVP\b|\bminimum viable product\b|\bhackathon\b|\btake[- ]home (?:assignment|test"
        r"|exercise|challenge|task)\b|\bprotótipo\b|\bprototipo\b|原型|概念验证",
        unless=r"\bmock-?\s?ups?\b|\bwireframes?\b|\bnot (?:just |only )?an? (?:prototype|mvp|poc)\b|\bbeyond (?:the|an?) (?:prototype|mvp)\b|\boutgrown?\b",
    ),
    _rule(
        "scale",
        "small",
        "over|hobby|side project|personal project|toy|keep it simple|weekend",
        r"\b(?:do not|don['’]t|avoid|no|never) (?:be )?over-?\s?engineer\w*|\bhobby\b|\bside[- ]project\b|\bpersonal project\b|\btoy (?:project"
        r"|app)\b|\bkeep it (?:very |really )?simple\b|\bweekend project\b|\bpet project\b",
    ),
    _rule(
        "scale",
        "large",
        "web-scale|web scale|massive|millions of|billions of|petabyte|hyperscale|海量",
        r"\bweb[- ]scale\b|\bmassive(?:ly)? scal\w+|\b(?:millions|billions) of (?:\w+ )?(?:transactions|events|messages|requests|records|orders"
        r"|devices|payments)\b|\bhyperscale\b|海量",
    ),
    # --- region ---
    _rule(
        "region",
        "global",
        "world|global|multi-region|multiple regions|全球|mundo",
        r"\b(?:users|customers|clients|people|merchants|teams|offices)\b[^.;]{0,25}\b(?:around|all over|across|throughout) the (?:world|globe)\b"
        r"|\b(?:global|worldwide) (?:customers|users|audience|user base|customer base|scale)\b|\b(?:globally|worldwide) (?:available|distributed)\b"
        r"|\b(?:users|customers) worldwide\b|\bmulti-?region\b|\bmultiple regions\b|全球用户|\bem todo o mundo\b|\ben todo el mundo\b",
    ),
    _rule(
        "region",
        "EU",
        "the eu|eu-|eu only|eu hosted|eu based|eu region|eu data|europe",
        r"\b(?:in|within|inside|leave|to) the (?:EU|European Union)\b|\bEU[- ](?:only|hosted|based|region|data)\b|\b(?:hosted|stored|stay|remain"
        r"|kept|located|servers?|data cent(?:er|re)s?) (?:with)?in (?:the )?(?:EU|Europe)\b",
        unless=r"\boutside (?:of )?the EU\b(?! is not)",
    ),
    _rule(
        "region",
        "Germany",
        "germany|deutschland",
        r"\b(?:hosted|stored|stay|remain|kept|located|servers?|data cent(?:er|re)s?) in germany\b|\bin deutschland (?:gehostet|gespeichert)\b",
    ),
    _rule(
        "region",
        "US",
        "in the us|in the u.s|in the united states",
        r"\b(?:hosted|stored|stay|remain|kept|located|servers?|data cent(?:er|re)s?) (?:with)?in the (?:US|U\.S\.|USA|United States)\b",
        exact=False,
    ),
    _rule("region", "China", "china", r"\b(?:hosted|stored|stay|remain|kept|located) (?:with)?in (?:mainland )?china\b"),
    # --- compliance ---
    _rule("compliance", "GDPR", "gdpr|dsgvo|rgpd", r"\b(?:GDPR|DSGVO|RGPD)\b"),
    _rule("compliance", "HIPAA", "hipaa", r"\bHIPAA\b"),
    _rule("compliance", "HITECH", "hitech", r"\bHITECH\b", exact=True),
    _rule("compliance", "PCI DSS", "pci", r"\bPCI(?:[- ]?DSS)?\b", exact=True),
    _rule("compliance", "SOC 2", "soc", r"\bSOC ?(?:2|II)\b"),
    _rule("compliance", "SOX", "sox|sarbanes", r"\bSOX\b|\bSarbanes[- ]Oxley\b", exact=True),
    _rule("compliance", "ISO 27001", "27001", r"\bISO(?:/IEC)?[ -]?27001\b"),
    _rule("compliance", "FERPA", "ferpa", r"\bFERPA\b"),
    _rule("compliance", "COPPA", "coppa", r"\bCOPPA\b"),
    _rule("compliance", "CCPA", "ccpa|cpra", r"\bCCPA\b|\bCPRA\b"),
    _rule("compliance", "LGPD", "lgpd", r"\bLGPD\b"),
    _rule("compliance", "PIPEDA", "pipeda", r"\bPIPEDA\b"),
    _rule("compliance", "PIPL", "pipl|个人信息保护法", r"\bPIPL\b|个人信息保护法"),
    _rule("compliance", "FedRAMP", "fedramp", r"\bFedRAMP\b"),
    _rule("compliance", "FISMA", "fisma", r"\bFISMA\b"),
    _rule("compliance", "NIST 800-53", "800-53", r"\b(?:NIST )?(?:SP )?800-53\b"),
    _rule("compliance", "Section 508", "section 508|508 compl", r"\bsection 508\b|\b508[- ]compliant\b"),
    _rule("compliance", "WCAG", "wcag", r"\bWCAG\b"),
    _rule("compliance", "PSD2", "psd2", r"\bPSD2\b"),
    _rule("compliance", "DORA", "dora", r"\bDORA\b(?! metrics)", exact=True),
    _rule("compliance", "NIS2", "nis2", r"\bNIS ?2\b", exact=True),
    _rule("compliance", "CJIS", "cjis", r"\bCJIS\b"),
    _rule("compliance", "GLBA", "glba", r"\bGLBA\b"),
    # --- data classes ---
    _rule(
        "data-class",
        "health data",
        "patient|medical|health|lab |clinic|diagnos|prescription|phi|covid|ehr|paciente|病|患者|prontuário",
        r"\bpatients?\b(?! (?:with|for|and) (?:us|me)\b)|\bmedical (?:records?|data|history|images?|results?)\b|\bhealth (?:records?|data"
        r"|information|insurance)\b|\bprotected health information\b|\bPHI\b|\blab(?:oratory)? (?:results?|reports?|reporting|tests?)\b|\bclinical\b"
        r"|\bdiagnos(?:is|es)\b|\bprescriptions?\b|\b(?:COVID(?:-19)?) (?:tests?|cases|results)\b|\bEHR\b|\bpacientes\b|\bprontuários?\b|患者|病历",
        unless=r"\bbe patient\b|\bhealth[- ]?checks?\b",
    ),
    _rule(
        "data-class",
        "card data",
        "card|cvv|cvc|billing address|cartão|tarjeta|carte bancaire|kreditkarte|信用卡|银行卡",
        r"\bcard ?holders?\b|\b(?:credit|debit|payment|bank)[- ]cards?\b|\bcard (?:numbers?|data|details|payments?|transactions?|fraud)\b|\bCVV2?\b"
        r"|\bbilling address(?:es)?\b|\bcart(?:ão|ões) de (?:crédito|débito)\b|\btarjetas? de (?:crédito|débito)\b|\bcartes? bancaires?\b"
        r"|\bkreditkarten?\b|信用卡|银行卡",
        unless=r"\bno (?:credit )?card\b|\bgift card|\btask card|\b(?:do not|never|don['’]t) (?:store|handle|touch|keep|see|hold|receive)\b[^.;]{0,30}\bcard",
    ),
    _rule(
        "data-class",
        "personal data",
        "personal|pii|personally|date of birth|social security|ssn|home address|passport|phone number|email|e-mail|dados pessoais|datos personales|"
        "个人信息|身份证",
        r"\bpersonal(?:ly identifiable)? (?:data|information|details)\b|\bPII\b|\bpersonally identifiable\b|\bdates? of birth\b"
        r"|\bsocial security numbers?\b|\bSSNs?\b|\bhome addresses\b|\bpassport (?:numbers?|scans?)\b|\bphone numbers?\b|\be-?mail addresses\b"
        r"|\b(?:their|user'?s?|an?|with|enter|valid) (?:e-?mail address|e-?mail and)\b|`e-?mail`|\bdados pessoais\b|\bdatos personales\b"
        r"|\bdonnées personnelles\b|\bpersonenbezogen\w*|个人信息|身份证",
        unless=r"\b(?:contact|procurement|reach us|written notice|offeror|proposal)\b|\bno personal (?:data|information)\b|\bfictitious\b",
    ),
    _rule(
        "data-class",
        "children's data",
        "child|kid|minor|under 13|under-13|criança|niños",
        r"\b(?:children|kids|minors)(?:['’]s?)? (?:data|accounts?|profiles?|personal|information|under|aged|users?)\b|\b(?:used by|for|aimed at"
        r"|collect\w* from) (?:young )?(?:children|kids|minors)\b|\bunder[- ]1[3-8]s?\b|\bdados de crianças\b|\bdatos de niños\b",
    ),
    _rule(
        "data-class",
        "biometric data",
        "biometric|fingerprint|face recogni|facial recogni|biométric|指纹|人脸",
        r"\bbiometrics?\b|\bfingerprints? (?:scan|data|login|template)\w*|\bfac(?:e|ial) recognition\b|\bbiométric\w+|人脸识别",
    ),
    _rule(
        "data-class",
        "credentials",
        "password|passwort|mot de passe|contraseña|密码",
        r"`password`|\bpasswords?\b(?=[^.;]{0,30}\b(?:hash|stor|reset|salt|encrypt|login|log in|sign|field|required|username|e-?mail)\w*)"
        r"|\b(?:username|e-?mail|login|sign\w* up|register\w*|hash\w*|stor\w*|reset)\b[^.;]{0,30}\bpasswords?\b|\busers?['’]? passwords?\b",
    ),
)

# Concepts that have no brand but can be ruled out.
_CONCEPTS = expression(
    r"(?:\b(?:must|should|may|shall|do|does|will) not|\bdon['’]t|\bdoesn['’]t|\bcannot|\bwithout|\bno|\bnever|\bavoid)\s+(?:(?:use|using|add"
    r"|introduce|rely on|depend on|require)\s+)?(?:(?:any|a|an|the)\s+){0,2}"
    r"(?P<what>micro-?services?|orms?|third[- ]party (?:libraries|services|apis|dependencies|packages)|external (?:libraries|services|apis"
    r"|dependencies|packages)|(?:web )?frameworks?|containers?|cloud(?: services| providers?)?|serverless(?: functions)?|message (?:brokers?"
    r"|queues?)|brokers?|paid services|vendor lock-in)\b",
    re.IGNORECASE,
)
_CONCEPT_HINTS = ("not", "n't", "n’t", "cannot", "without", "no ", "never", "avoid")
_NOT_ALLOWED_PT = expression(
    r"\b(?:não|no) (?:é|são|está|se|está) ?permit\w+ (?:o )?(?:uso (?:de |do |da )?)?(?P<after>[^.;:,–—-]{3,50}?)(?=\s*(?:[.;:,–—-]|$))|\b(?:o|a|el"
    r"|la) (?P<before>[^.;:,–—-]{3,40}?) (?:não|no) (?:é|está|se) ?permit",
    re.IGNORECASE,
)
_NOT_ALLOWED_EN = expression(r"\b(?:the )?use of (?P<what>[^.;:,–—]{3,40}?) is (?:not (?:allowed|permitted)|forbidden|prohibited)\b", re.IGNORECASE)


def read(passage: Passage, rules: Sequence[Rule]) -> Iterator[Fact]:
    """Yield the word facts of a passage; `rules` are those one of whose hints it holds."""
    low = passage.low
    for rule in rules:
        if rule.general and passage.endpoint:
            continue
        match = rule.pattern.search(passage.text)
        if match is not None and not (rule.unless is not None and rule.unless.search(passage.text)):
            yield passage.fact(rule.name, rule.value, match.span())
    if any(hint in low for hint in _CONCEPT_HINTS):
        for match in _CONCEPTS.finditer(passage.text):
            yield passage.fact("forbidden", _concept(match["what"]), match.span("what"))
    if "permit" in low and (pt := _NOT_ALLOWED_PT.search(passage.text)) and passage.language in ("pt", "es"):
        group = "after" if pt["after"] else "before"
        yield passage.fact("forbidden", pt[group].strip(), pt.span(group))
    if "use of " in low and (en := _NOT_ALLOWED_EN.search(passage.text)) and len(en["what"].split()) <= 4:
        yield passage.fact("forbidden", en["what"].strip(), en.span("what"))


def _concept(text: str) -> str:
    low = text.lower().replace("micro-service", "microservice")
    return "microservices" if low == "microservice" else low
