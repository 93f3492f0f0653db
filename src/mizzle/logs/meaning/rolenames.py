"""What the name of a column says about its role, or that it is about a person, in English, Spanish and Norwegian."""

from __future__ import annotations

import re
import unicodedata
from types import MappingProxyType
from typing import Final

SURE, LIKELY, HINT = 10.0, 8.0, 5.0
"""Weight of a name that says a role, that usually means it, and in which a word points to it."""

_SURE = {
    "case": (
        "case concept name,case,case id,caseid,case number,case nr,case no,case key,trace,trace id,number,incident,"
        "incident id,incident number,ticket,ticket id,ticket number,issue key,issue id,order id,order number,"
        "request id,request number,process instance,process instance id,"
        "caso,id caso,caso id,numero de caso,numero caso,expediente,id expediente,numero de expediente,folio,"
        "id pedido,numero de pedido,incidencia,id incidencia,solicitud,id solicitud,"
        "sak,sak id,saks id,sakid,saksid,sak nr,saksnr,saksnummer,ordre id,ordrenr,ordrenummer,henvendelse,"
        "henvendelse id,vbeln,ebeln,aufnr,qmnum"
    ),
    "activity": (
        "concept name,activity,activity name,event,event name,event type,task,task name,incident state,"
        "actividad,nombre actividad,nombre de la actividad,evento,tarea,aktivitet,aktivitetsnavn,hendelse,oppgave"
    ),
    "department": (
        "org group,department,department name,dept,assignment group,assigned group,support group,"
        "departamento,nombre departamento,grupo de asignacion,area,avdeling,avdelingsnavn,tildelt gruppe"
    ),
    "end": (
        "time timestamp,timestamp,end,end time,end date,end timestamp,complete timestamp,completed at,completed,"
        "complete time,completion time,finished at,finished,finish time,event time,"
        "sys updated at,sys updated on,fin,fecha fin,fecha de fin,hora fin,fecha y hora de fin,marca de tiempo,"
        "slutt,sluttid,slutt tid,slutttid,slutttidspunkt,ferdig,tidsstempel"
    ),
    "start": (
        "start timestamp,start,start time,start date,started,started at,begin,begin time,begin date,"
        "inicio,fecha inicio,fecha de inicio,hora inicio,fecha y hora de inicio,"
        "startet,starttid,start tid,starttidspunkt,begynt,pabegynt"
    ),
    "resource": (
        "org resource,resource,sys updated by,updated by,performed by,changed by,done by,executed by,"
        "recurso,realizado por,actualizado por,ejecutado por,ressurs,utfort av,oppdatert av,endret av"
    ),
}
_LIKELY = {
    "case": "order,request,issue,key,delivery,shipment,claim,complaint,pedido,reclamo,ordre,bestilling,leveranse",
    "activity": "state,status,step,stage,action,operation,estado,paso,etapa,accion,steg,handling,tilstand",
    "department": (
        "group,team,unit,queue,org unit,organisation,organization,organizational unit,org role,division,section,"
        "grupo,equipo,unidad,seccion,gruppe,enhet,seksjon,lag"
    ),
    "end": (
        "time,date,datetime,date time,updated,updated at,updated on,changed,changed at,change date,modified,udate,"
        "fecha,fecha y hora,fecha hora,hora,actualizado,dato,tid,tidspunkt,dato og tid,oppdatert,endret"
    ),
    "start": "began at,begun,start at,fecha comienzo,comienzo,oppstart",
    "resource": (
        "assigned to,assignee,user,user id,username,user name,employee,agent,handler,operator,worker,"
        "asignado a,usuario,empleado,agente,responsable,tildelt,bruker,ansatt,saksbehandler,medarbeider"
    ),
}
_HINT = {
    "case": (
        "case,caseid,incident,ticket,issue,order,request,complaint,claim,enquiry,inquiry,delivery,shipment,trace,"
        "caso,expediente,pedido,incidencia,solicitud,reclamo,sak,saks,ordre,henvendelse,bestilling"
    ),
    "activity": "activity,state,status,event,task,step,stage,action,actividad,estado,evento,tarea,aktivitet,hendelse",
    "department": "department,dept,group,team,unit,departamento,grupo,equipo,unidad,avdeling,gruppe,enhet,queue",
    "end": "end,complete,completed,finish,finished,updated,changed,timestamp,fin,slutt,ferdig,oppdatert,endret",
    "start": "start,started,begin,began,inicio,comienzo,startet,begynt",
    "resource": "resource,updated,assigned,assignee,agent,handler,usuario,agente,bruker,saksbehandler",
}


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split(","))


def _table(words: dict[str, str]) -> MappingProxyType[str, frozenset[str]]:
    return MappingProxyType({role: _set(names) for role, names in words.items()})


SURE_NAMES: Final = _table(_SURE)
LIKELY_NAMES: Final = _table(_LIKELY)
HINTS: Final = _table(_HINT)

_ID = _set("id,nr,no,num,number,key,code,numero,nummer,ref,reference,referencia")
_PEOPLE = _set(
    "caller,user,username,users,customer,client,owner,requester,requestor,reporter,assignee,author,"
    "agent,employee,person,patient,citizen,email,mail,e-mail,phone,telephone,mobile,address,ssn,"
    "birthdate,birthday,resolver,operator,worker,manager,submitter,creator,signature,firstname,"
    "lastname,surname,fullname,cliente,usuario,correo,telefono,direccion,dni,nif,empleado,agente,"
    "responsable,solicitante,apellido,apellidos,paciente,ciudadano,propietario,autor,kunde,kunden,"
    "bruker,brukernavn,epost,telefon,mobil,adresse,fodselsnummer,personnummer,fodselsdato,ansatt,"
    "saksbehandler,behandler,medarbeider,innmelder,melder,eier,pasient,fornavn,etternavn"
)
_NAMES = frozenset(("name", "names", "navn", "nombre", "nombres"))
_THINGS = _set(
    "concept,activity,event,task,product,process,department,dept,group,team,unit,company,service,"
    "category,type,file,case,item,stage,step,queue,project,actividad,evento,producto,proceso,"
    "departamento,grupo,equipo,servicio,aktivitets,aktivitet,produkt,avdelings,avdeling,gruppe,tjeneste"
)
_KINDS = _set(
    "type,tipo,channel,canal,kanal,category,categoria,kategori,class,segment,segmento,status,state,"
    "level,nivel,niva,country,pais,land,region,count,group,department,contact,language,priority"
)
_DONE_BY = _set("by,por,av,to")
_ACTS = _set(
    "opened,resolved,created,closed,updated,assigned,changed,performed,done,executed,approved,"
    "requested,reported,submitted,handled,signed,entered,modified,abierto,resuelto,creado,cerrado,"
    "actualizado,asignado,realizado,ejecutado,solicitado,apnet,lost,opprettet,lukket,oppdatert,tildelt,"
    "endret,utfort,registrert,godkjent"
)


def words_of(name: str) -> str:
    """Give the words of a name in lower case without accents: ``"SaksNr."`` and ``"saks_nr"`` are both ``"saks nr"``.

    Examples
    --------
    >>> words_of("case:concept:name"), words_of("Número de Caso"), words_of("CaseID")
    ('case concept name', 'numero de caso', 'case id')
    """
    plain = name.replace("ø", "o").replace("Ø", "O").replace("æ", "ae").replace("Æ", "Ae")
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(sign))
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", plain)
    return " ".join(re.findall(r"[^\W_]+", apart.casefold()))


def weight(role: str, name: str) -> float:
    """Say how much a name speaks for a role: `SURE`, `LIKELY`, `HINT`, a little, or 0."""
    words = words_of(name)
    if words in SURE_NAMES[role]:
        return SURE
    if words in LIKELY_NAMES[role]:
        return LIKELY
    apart = set(words.split())
    if role == "case":
        return HINT * bool(apart & HINTS[role]) * (1.0 if apart & _ID else 0.5) or 2.0 * bool(apart & _ID)
    return HINT * bool(apart & HINTS[role])


def is_person(name: str) -> bool:
    """Say whether a name is that of a column about a person, as ``caller_id``, ``opened_by`` or ``Kundenavn``.

    Examples
    --------
    >>> is_person("opened_by"), is_person("contact_type"), is_person("product name"), is_person("Saksbehandler")
    (True, False, False, True)
    """
    words = words_of(name).split()
    if not words or words[-1] in _KINDS:
        return False
    if any(word in _PEOPLE for word in words):
        return True
    if words[-1] in _NAMES:
        return not _THINGS & set(words)
    if words[-1].endswith(("navn", "email", "epost")):
        return not any(words[-1].startswith(thing) for thing in _THINGS)
    return len(words) > 1 and words[-1] in _DONE_BY and words[-2] in _ACTS


GIVEN_NAMES: Final = _set(
    "anna,anne,ane,ingrid,kari,liv,marit,astrid,ida,nora,emma,sofie,hanne,silje,kristin,berit,"
    "bjorn,ola,ole,lars,per,jan,hans,knut,svein,arne,erik,thomas,kjell,odd,magnus,henrik,jonas,"
    "maria,carmen,ana,isabel,dolores,pilar,teresa,laura,cristina,marta,lucia,elena,sara,paula,"
    "antonio,jose,manuel,francisco,juan,david,javier,daniel,carlos,jesus,alejandro,miguel,pedro,"
    "pablo,luis,jorge,sergio,fernando,mary,patricia,jennifer,linda,elizabeth,barbara,susan,jessica,"
    "sarah,karen,lisa,nancy,sandra,emily,michelle,james,john,robert,michael,william,richard,joseph,"
    "charles,christopher,matthew,anthony,mark,paul,steven,andrew,kevin,brian,george,edward,peter,"
    "alice,bob"
)
"""Given names that are common in English, Spanish and Norwegian, to notice columns of people by what they hold."""
